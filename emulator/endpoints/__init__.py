"""SageMaker endpoints over emulated time, on moto: `install` puts everything in place and takes it
away again.
"""

from emulator.endpoints.controls import Endpoints
from emulator.endpoints.errors import EndpointRefusal, ModelFailure
from emulator.endpoints.installation import install
from emulator.endpoints.serving.latency import Latency
from emulator.endpoints.serving.ledger import Ledger, Tally
from emulator.endpoints.serving.models import Load, Model, NeverHealthy
from emulator.endpoints.timing import Timing, UpdateEnd

__all__ = [
    "EndpointRefusal",
    "Endpoints",
    "Latency",
    "Ledger",
    "Load",
    "Model",
    "ModelFailure",
    "NeverHealthy",
    "Tally",
    "Timing",
    "UpdateEnd",
    "install",
]
