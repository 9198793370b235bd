"""Two stacks in one account and region: each is told of its own rollouts alone."""

from tests.integration.stage import Stage


def test_two_stacks_of_one_account_never_hear_each_other() -> None:
    """Both share the default bus; no decider is called for a rollout its table does not have, and
    no alarm rings.
    """
    with Stage() as stage:
        stage.emulator.deploy("template.yaml", stack="dev")
        stage.start()
        stage.reach("BAKING", 1)
        stage.emulator.run_minutes(10)
        heard = [
            (call.function, call.event)
            for call in stage.emulator.invocations
            if isinstance(call.event, dict)
        ]
        own = [
            (name, event["source"])
            for name, event in heard
            if event.get("detail-type") == "Evidence Collected"
        ]
        assert {(name.split("-")[0], source) for name, source in own} == {
            ("canary", "sagemaker-canary.canary")
        }
        assert not [
            message
            for message in stage.emulator.messages
            if "dev-decider-errors" in (message.subject or "")
        ]
