"""Every command: its name, where it is, its sentence in the overview, examples that tests run, and
what exit codes mean to it.

To add one, write its module and a row here. The sentence is the first of its function's docstring;
a test compares them, since the overview must not import all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from canaryctl.shell.exits import Exit


class Panel(StrEnum):
    """Where a command stands in the overview."""

    RUN = "Run"
    LOOK = "Look"
    STEER = "Steer"
    OFFLINE = "Without a stack"


@dataclass(frozen=True)
class Command:
    """One command; `target` is module:function."""

    name: str
    target: str
    panel: Panel
    summary: str
    examples: tuple[str, ...]
    exits: Mapping[Exit, str] = field(default_factory=dict)


_STEER = "canaryctl.operate.steer:"
COMMANDS: tuple[Command, ...] = (
    Command(
        "init",
        "canaryctl.spec.init:init_command",
        Panel.RUN,
        "Write a commented spec for an endpoint as it stands, and say which canary it is for and "
        "why.",
        ("init churn-prod", "init churn-prod --output spec.yaml"),
    ),
    Command(
        "start",
        "canaryctl.operate.start:start_command",
        Panel.RUN,
        "Start a rollout and say whether it was accepted.",
        ("start --spec spec.json", "start --spec spec.json --watch"),
        {
            Exit.NOT_GOOD: "with --watch: it did not end promoted",
            Exit.NOT_KNOWN: "asked for and not seen to begin",
        },
    ),
    Command(
        "doctor",
        "canaryctl.doctor.command:doctor_command",
        Panel.RUN,
        "Ask a deployed stack whether all is well: one line a question, with what to do where it "
        "is not.",
        ("doctor churn-prod", "doctor --endpoint churn-prod --sample row.csv --send"),
        {
            Exit.DONE: "all that was looked at is fine",
            Exit.TROUBLE: "something is broken or AWS did not answer",
            Exit.NOT_KNOWN: "nothing is broken and something could not be known",
        },
    ),
    Command(
        "uninstall-check",
        "canaryctl.uninstall.command:uninstall_check_command",
        Panel.RUN,
        "Say whether a stack may be deleted: what still runs with the commands that end it safely, "
        "and what stays afterwards.",
        ("uninstall-check",),
        {
            Exit.DONE: "safe to delete",
            Exit.TROUBLE: "not safe or not known because AWS did not answer",
        },
    ),
    Command(
        "list",
        "canaryctl.overview.list_command:list_command",
        Panel.LOOK,
        "List the rollouts of a stack: where each is, since when, how fresh its evidence is, and "
        "what it waits for.",
        ("list", "list --all"),
    ),
    Command(
        "status",
        "canaryctl.operate.status:status_command",
        Panel.LOOK,
        "Show where rollouts stand: phase, step, share, evidence against its threshold, last "
        "verdict.",
        ("status", "status churn-prod", "status --watch"),
    ),
    Command(
        "explain",
        "canaryctl.explain.command:explain_command",
        Panel.LOOK,
        "Say why a rollout is where it is, what would change it, when, and what happens if nobody "
        "acts.",
        ("explain churn-prod",),
    ),
    Command(
        "history",
        "canaryctl.overview.history_command:history_command",
        Panel.LOOK,
        "Tell an endpoint's rollouts and how they ended, and what happened in one: orders with who "
        "and why, verdicts, shares, messages.",
        ("history churn-prod",),
    ),
    Command(
        "report",
        "canaryctl.operate.report:report_command",
        Panel.LOOK,
        "Write one self-contained HTML page about a rollout: what was seen, every verdict with its "
        "reason, the plan.",
        ("report churn-prod --out churn.html", "report --all --out pages"),
    ),
    Command(
        "pause",
        _STEER + "pause_command",
        Panel.STEER,
        "Stop it from advancing for a while.",
        ('pause churn-prod --minutes 30 --reason "lunch"',),
    ),
    Command(
        "resume",
        _STEER + "resume_command",
        Panel.STEER,
        "End a pause before its time.",
        ('resume churn-prod --reason "back again"',),
    ),
    Command(
        "promote",
        _STEER + "promote_command",
        Panel.STEER,
        "Take the next step without waiting for evidence.",
        ('promote churn-prod --reason "seen enough"', "promote churn-prod --full"),
    ),
    Command(
        "rollback",
        _STEER + "roll_back_command",
        Panel.STEER,
        "Take the canary back to 0 now, every other variant as it was found; after PROMOTED too, "
        "unless somebody changed the endpoint since.",
        ('rollback churn-prod --reason "churn is up"',),
    ),
    Command(
        "approve",
        _STEER + "approve_command",
        Panel.STEER,
        "Let it go to a share that needs a person's approval, as soon as its evidence is enough.",
        ('approve churn-prod --share 0.5 --reason "looks right"',),
    ),
    Command(
        "reject",
        _STEER + "reject_command",
        Panel.STEER,
        "Refuse the approval of a share: the canary is taken back to 0.",
        ('reject churn-prod --share 0.5 --reason "too early"',),
    ),
    Command(
        "retry",
        _STEER + "retry_command",
        Panel.STEER,
        "Try again to restore an UNPROVEN rollout's safe weights.",
        ('retry churn-prod --reason "the role may move it again"',),
    ),
    Command(
        "release",
        _STEER + "release_command",
        Panel.STEER,
        "Let go of the endpoint with its weights as they are; from then on they are yours.",
        ('release churn-prod --reason "moved by hand"',),
    ),
    Command(
        "validate",
        "canaryctl.spec.validate:validate_command",
        Panel.OFFLINE,
        "Say whether a file is a spec: every mistake at once, with line, column and remedy.",
        ("validate spec.yaml",),
        {Exit.DONE: "it is a spec", Exit.REFUSED: "it is none"},
    ),
    Command(
        "schema",
        "canaryctl.spec.schemas:schema_command",
        Panel.OFFLINE,
        "Print a JSON Schema: of the spec, for editors and checks, or of the messages on the bus.",
        ("schema spec", "schema message"),
    ),
    Command(
        "local",
        "local.command:local_command",
        Panel.OFFLINE,
        "Run the stack in an emulated AWS account on this machine, for `aws`, any SDK and "
        "canaryctl.",
        (
            "local",
            "local --baseline churn.py --canary churn.py:newer --rows churn.csv --label-column 0",
        ),
    ),
    Command(
        "forecast",
        "canaryctl.forecast:forecast_command",
        Panel.OFFLINE,
        "Tell for every step whether it can conclude, when, and the smallest regression it would "
        "see.",
        ("forecast --spec spec.json --requests-per-second 20",),
    ),
    Command(
        "replay",
        "canaryctl.replay:replay_command",
        Panel.OFFLINE,
        "Judge recorded windows, or an endpoint's own past, as one bake at the spec's first step.",
        (
            "replay --spec spec.json --windows windows.jsonl",
            "replay churn-prod --spec spec.json --from 2026-03-02 --to 2026-03-03",
        ),
        {Exit.DONE: "judged, whatever the verdicts"},
    ),
    Command(
        "evaluate",
        "canaryctl.evaluate.command:evaluate_command",
        Panel.OFFLINE,
        "Compare two variants on a labelled set through TargetVariant: metrics, paired findings, "
        "verdict.",
        (
            (
                "evaluate churn-prod --baseline Variant1 --canary Variant2 "
                "--labelled-set churn.csv --label-column 0 --content-type text/csv"
            ),
        ),
        {
            Exit.DONE: "PASS: better, or not worse than the margin",
            Exit.NOT_GOOD: "FAIL: worse",
            Exit.NOT_KNOWN: "INCONCLUSIVE: not enough evidence",
            Exit.NOTHING_TO_SAY: "NO_DATA: nothing could be compared",
        },
    ),
)
