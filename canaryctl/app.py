"""The command line `canaryctl`: every command is one function of its own module, put together
here.
"""

import typer
from rich.markup import escape

from canaryctl.doctor.command import EPILOG as DOCTORS
from canaryctl.doctor.command import doctor_command
from canaryctl.evaluate.command import evaluate_command
from canaryctl.forecast import forecast_command
from canaryctl.operate.approve import approve_command, reject_command
from canaryctl.operate.report import report_command
from canaryctl.operate.start import start_command
from canaryctl.operate.status import status_command
from canaryctl.operate.steer import (
    pause_command,
    promote_command,
    release_command,
    resume_command,
    retry_command,
    roll_back_command,
)
from canaryctl.recorded import FORMAT
from canaryctl.replay import replay_command
from canaryctl.uninstall.command import EPILOG as UNINSTALLS
from canaryctl.uninstall.command import uninstall_check_command
from local.command import EPILOG as LOCALS
from local.command import local_command

app = typer.Typer(
    name="canaryctl",
    help="Promote a canary model on a SageMaker endpoint on evidence, and look at how it goes.\n\n"
    "A rollout starts from a spec (start), runs by itself (status --watch), can be steered "
    "(pause, promote, rollback) "
    "and explains itself (report). forecast, replay and evaluate need no stack.\n\n"
    "Exit codes: 0 good, 1 AWS did not answer, 2 refused or wrong input, 3 not promoted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
RUN, STEER, OFFLINE = "Run", "Steer", "Without a stack"
COMMANDS = (
    ("start", start_command, RUN),
    ("status", status_command, RUN),
    ("report", report_command, RUN),
    ("doctor", doctor_command, RUN),
    ("uninstall-check", uninstall_check_command, RUN),
    ("pause", pause_command, STEER),
    ("resume", resume_command, STEER),
    ("promote", promote_command, STEER),
    ("rollback", roll_back_command, STEER),
    ("approve", approve_command, STEER),
    ("reject", reject_command, STEER),
    ("retry", retry_command, STEER),
    ("release", release_command, STEER),
    ("local", local_command, OFFLINE),
    ("forecast", forecast_command, OFFLINE),
    ("replay", replay_command, OFFLINE),
    ("evaluate", evaluate_command, OFFLINE),
)
EPILOGS = {
    "local": LOCALS,
    "doctor": DOCTORS,
    "uninstall-check": UNINSTALLS,
    "replay": escape(FORMAT),
}
for name, command, panel in COMMANDS:
    app.command(name, rich_help_panel=panel, epilog=EPILOGS.get(name))(command)

if __name__ == "__main__":
    app()
