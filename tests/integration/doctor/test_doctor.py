"""The doctor of a healthy deployment: all fine, for a person and as data; what is not allowed or
not given is told, and never counts as fine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from canaryctl.doctor.checks import CHECKS
from emulator.calls import Call, Proceed
from tests.integration.doctor.patient import Patient


@pytest.fixture
def sample(tmp_path: Path) -> str:
    """A file that is one request."""
    path = tmp_path / "row.csv"
    path.write_text("0.5,0.2,0.3,0.1\n", encoding="utf-8")
    return str(path)


def test_a_healthy_deployment_is_fine_in_every_line(patient: Patient, sample: str) -> None:
    """Every check asked, every one fine, exit code 0; one line a check and the sum."""
    answer = patient.asked("--sample", sample, "--send")
    assert answer.exit_code == 0, answer.stdout
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:1].strip()][: len(CHECKS)] == [
        "fine" for _ in CHECKS
    ]
    assert f"{len(CHECKS)} checks: {len(CHECKS)} fine, 0 broken, 0 cannot be known." in lines
    patient.emulator.run_minutes(2)


def test_the_same_as_data(patient: Patient) -> None:
    """Counts, every question with its answer, and what was not asked with what asks it."""
    answer = patient.asked("--json", endpoint="")
    assert answer.exit_code == 0
    document = json.loads(answer.stdout)
    assert (document["broken"], document["unknown"]) == (0, 0)
    assert document["fine"] == len(document["checks"])
    assert {diagnosis["state"] for diagnosis in document["checks"]} == {"fine"}
    left = {one["check"]: one["give"] for one in document["left_out"]}
    assert left["target variant"] == ["--endpoint", "--sample"]
    assert left["test alarm"] == ["--send"]
    assert len(left) + document["fine"] == len(CHECKS)


def test_a_person_is_told_what_was_not_looked_at(patient: Patient) -> None:
    """By the options that are missing."""
    said = " ".join(patient.asked(endpoint="").stdout.split())
    assert "Not looked at without --send: test message, test alarm." in said
    assert "Not looked at without --endpoint E --sample FILE: target variant." in said


def test_sending_says_what_to_look_for(patient: Patient) -> None:
    """The message is published, the alarm rings, and both are named as they arrive."""
    before = len(patient.emulator.messages)
    found = patient.diagnoses("--send")
    subjects = [message.subject for message in patient.emulator.messages[before:]]
    assert "[canary] a test by canaryctl doctor" in subjects
    assert any((subject or "").startswith("ALARM: ") for subject in subjects)
    assert "[canary] a test by canaryctl doctor" in found["test message"]["said"]
    assert patient.physical("UndeliveredAlarm") in found["test alarm"]["said"]
    patient.emulator.run_minutes(2)


def test_without_being_told_it_writes_nothing(patient: Patient) -> None:
    """Every call it makes is a read."""
    made: list[str] = []

    def watching(call: Call, proceed: Proceed) -> Any:
        made.append(call.operation)
        return proceed()

    patient.answer(watching)
    patient.asked()
    reads = ("Describe", "Get", "HeadBucket", "List", "Simulate", "Query")
    assert made
    assert [name for name in made if not name.startswith(reads)] == []


def test_something_broken_ends_with_1_and_the_command_stands_on_its_own_line(
    patient: Patient,
) -> None:
    """So that it can be copied whole, however narrow the terminal."""
    name = patient.physical("UntoldAlarm")
    cloudwatch = patient.client("cloudwatch")
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    patient.put_back(lambda: cloudwatch.enable_alarm_actions(AlarmNames=[name]))
    answer = patient.asked(endpoint="")
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    assert f"  $ aws cloudwatch enable-alarm-actions --alarm-names {name}" in lines
    assert any(line.startswith("BROKEN  alarm actions") for line in lines)


def test_a_right_that_is_missing_is_said_by_its_name(patient: Patient) -> None:
    """The line cannot be known, the others are told, exit code 4."""
    patient.deny("iam:SimulatePrincipalPolicy")
    answer = patient.asked()
    assert answer.exit_code == 4
    assert "you may not call iam:SimulatePrincipalPolicy" in answer.stdout
    assert "-> Allow iam:SimulatePrincipalPolicy" in answer.stdout
    assert "0 broken, 2 cannot be known" in answer.stdout


def test_a_caller_without_rights_learns_what_is_missing_and_nothing_is_fine(
    patient: Patient, sample: str
) -> None:
    """No crash, no line called fine."""
    patient.deny()
    answer = patient.asked("--sample", sample, "--send", "--json")
    assert answer.exit_code == 4
    states = {one["check"]: one["state"] for one in json.loads(answer.stdout)["checks"]}
    assert set(states.values()) == {"unknown"}
    assert len(states) == len(CHECKS)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_aws_does_not_know_end_it_in_one_line(patient: Patient, code: str) -> None:
    """Every line would say the same."""

    def unknown(call: Call, proceed: Proceed) -> Any:
        raise call.error(code, "The security token included in the request is no good")

    patient.answer(unknown)
    answer = patient.asked()
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "log in again" in answer.stderr


def test_aws_that_does_not_answer_is_not_a_fault_of_the_deployment(patient: Patient) -> None:
    """Throttled is unknown, in AWS's words."""

    def throttling(call: Call, proceed: Proceed) -> Any:
        if call.operation == "DescribeRule":
            raise call.error("ThrottlingException", "Rate exceeded")
        return proceed()

    patient.answer(throttling)
    found = patient.diagnosis("rules")
    assert found.state == "unknown"
    assert "did not answer" in found.said
    assert "Rate exceeded" in found.said


def test_no_network_is_told_once(patient: Patient) -> None:
    """No line is asked that no call could answer."""

    def unplugged(call: Call, proceed: Proceed) -> Any:
        raise EndpointConnectionError(endpoint_url=f"https://{call.service}.eu-west-1.example")

    patient.answer(unplugged)
    answer = patient.asked()
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "No call comes to AWS: look at the network" in answer.stderr


def test_one_service_that_is_not_reached_is_a_line_of_its_own(patient: Patient) -> None:
    """As in a network that lets some of AWS through."""

    def walled(call: Call, proceed: Proceed) -> Any:
        if call.operation == "GetServiceQuota":
            raise EndpointConnectionError(endpoint_url="https://servicequotas.example")
        return proceed()

    patient.answer(walled)
    found = patient.diagnoses()
    assert found["quota: lambda"]["state"] == "unknown"
    assert found["stack"]["state"] == "fine"


def test_a_command_carries_the_region_it_was_asked_for(patient: Patient) -> None:
    """What is copied runs where the doctor looked."""
    patient.client("events").disable_rule(Name=patient.physical("DeciderFunctionAlarms"))
    patient.put_back(
        lambda: patient.client("events").enable_rule(Name=patient.physical("DeciderFunctionAlarms"))
    )
    command = patient.diagnosis("rules", region="us-east-1").command
    assert command.endswith(" --region us-east-1")


@pytest.mark.parametrize(
    ("options", "endpoint", "words"),
    [
        (["--sample", "nowhere.csv"], "churn-prod", "nowhere.csv"),
        (["--sample", "SAMPLE"], "", "--endpoint"),
        (["--sample", "EMPTY"], "churn-prod", "empty"),
    ],
)
def test_a_sample_that_cannot_be_sent_is_refused(
    patient: Patient, sample: str, tmp_path: Path, options: list[str], endpoint: str, words: str
) -> None:
    """Field and remedy, exit code 2, nothing asked."""
    (tmp_path / "empty").touch()
    files = {"SAMPLE": sample, "EMPTY": str(tmp_path / "empty")}
    answer = patient.asked(*(files.get(one, one) for one in options), endpoint=endpoint)
    assert answer.exit_code == 2
    assert words in answer.output
