"""What holds for every test."""

from hypothesis import HealthCheck, settings

# A busy machine is no defect: no property is judged by how long an example took.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
