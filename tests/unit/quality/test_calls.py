"""What goes with the calls of an evaluation: names that captured data tells our traffic by."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.answers.calls import fetch_from, inference_id, options_of


def test_the_id_of_a_call_names_rollout_and_row() -> None:
    """Captured data tells this traffic from users' by it; asked otherwise there is none."""
    spec = QualityGuardSpec(labelled_set="a.csv", target_model="b.tar.gz", custom_attributes="x=1")
    assert options_of(spec, "churn-1", 7).inference_id == "canary-churn-1-7"
    assert options_of(spec.but(inference_ids=False), "churn-1", 7).inference_id is None
    assert options_of(spec, "churn-1", 7).target_model == "b.tar.gz"


@given(st.text(max_size=200), st.integers(1, 10**8))
def test_an_id_is_never_longer_than_aws_takes(rollout: str, row: int) -> None:
    """At most 64 characters of ASCII, the row at its end."""
    found = inference_id(rollout, row)
    assert len(found) <= 64
    assert found.isascii()
    assert found.startswith("canary-")
    assert found.endswith(f"-{row}")


def test_an_object_is_found_beside_its_set(tmp_path: Path) -> None:
    """A record names it whole, or as it lies beside the set."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"png")
    spec = QualityGuardSpec(labelled_set=str(tmp_path / "set.csv"))
    fetch = fetch_from(LocalLabelledFiles(), spec)
    assert fetch("images/a.png") == fetch(str(tmp_path / "images" / "a.png")) == b"png"
