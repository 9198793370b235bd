"""Every path that both engines are sent along."""

from tests.second_engine.paths.arranging import ARRANGING
from tests.second_engine.paths.back import BACK
from tests.second_engine.paths.evaluating import EVALUATING
from tests.second_engine.paths.forward import FORWARD
from tests.second_engine.paths.waiting import WAITING

PATHS = (*FORWARD, *ARRANGING, *EVALUATING, *WAITING, *BACK)
