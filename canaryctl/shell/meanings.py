"""Words that people type for a command that is called otherwise, by what they mean."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_MEANT = {
    "rollback": ("abort back cancel demote down kill restore revert roll-back takeback undo"),
    "resume": "continue go unfreeze unpause",
    "pause": "freeze halt hold stop suspend wait",
    "list": "all ls overview rollouts",
    "status": "describe follow get inspect ps show state top view watch",
    "promote": "advance finish full next proceed ship skip step",
    "start": "apply begin canary create deploy launch new rollout run submit",
    "retry": "again redo redrive repair",
    "release": "detach disown forget free handover leave remove-lease unlock",
    "approve": "accept allow confirm ok yes",
    "reject": "decline deny disapprove no refuse",
    "explain": "blocked diagnose diff reason what when why",
    "history": "audit events journal log logs past previous runs timeline",
    "report": "html page render",
    "doctor": "check health healthcheck ping preflight verify",
    "validate": "check lint verify",
    "forecast": "duration estimate eta plan predict preview simulate",
    "replay": "backtest dry-run rehearse what-if",
    "evaluate": "compare eval score test",
    "uninstall-check": "delete destroy remove teardown uninstall",
    "local": "dev emulate emulator localstack sandbox serve server up",
    "schema": "reference spec",
    "init": "example generate scaffold template",
}
MEANT: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split()) for name, words in _MEANT.items()
}
"""By command, words of other tools and of everyday speech."""
OPTIONS = {
    "version": "--version",
    "completion": "--install-completion",
    "completions": "--install-completion",
    "help": "--help",
}
"""Words for what is an option of canaryctl itself."""
SPELLED = 0.7
"""How alike a misspelt word has to be; at 0.6 short words find what has nothing to do with them."""


def suggestions(word: str, commands: Iterable[str]) -> list[str]:
    """Return what somebody who typed `word` may have meant, the likeliest first: by meaning, else
    by spelling, that of the other words included.
    """
    known, typed = list(commands), word.lower().replace("_", "-")
    if typed in OPTIONS:
        return [OPTIONS[typed]]
    meant = _meant(typed, known)
    if meant:
        return meant
    words = {other: name for name in known for other in MEANT.get(name, ())}
    spelled = get_close_matches(typed, [*known, *words], cutoff=SPELLED)
    return list(dict.fromkeys(words.get(one, one) for one in spelled))


def _meant(typed: str, known: list[str]) -> list[str]:
    return [name for name in known if typed in MEANT.get(name, ())]
