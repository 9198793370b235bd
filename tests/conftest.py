"""What holds for every test."""

from hypothesis import settings

# A busy machine is no defect: no property is judged by how long an example took.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
