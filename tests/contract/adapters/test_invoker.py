"""InvokeEndpoint as the evaluation sees it: answers, and what each error of the runtime means."""

import contextlib
import io
import socket
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled.whole_answers import TimelyReader
from canary.domain.errors import AwsDenied
from canary.ports.quality import CallBusy, CallFailed, CallOptions, Reply

pytestmark = pytest.mark.usefixtures("aws")


OPTIONS = CallOptions(
    accept="text/csv",
    target_model="a.tar.gz",
    target_container_hostname="second",
    custom_attributes="c000b4f9",
    inference_id="canary-churn-1-7",
)


def invoked(add: Any) -> Reply | CallFailed | CallBusy:
    """Return what the invoker makes of one stubbed answer."""
    client = boto3.client("sagemaker-runtime")
    with Stubber(client) as stub:
        add(stub)
        return EndpointInvoker(client).invoke("churn", "new", b"1,2", "text/csv", OPTIONS)


def test_an_answer_names_its_variant() -> None:
    """TargetVariant, content type and every option are sent; body, type and invoked variant come
    back.
    """
    body = StreamingBody(io.BytesIO(b"0.5"), 3)
    response = {"Body": body, "ContentType": "text/csv", "InvokedProductionVariant": "new"}
    sent = {"EndpointName": "churn", "TargetVariant": "new", "Body": b"1,2"}
    sent |= {"ContentType": "text/csv", "Accept": "text/csv", "TargetModel": "a.tar.gz"}
    sent |= {"TargetContainerHostname": "second", "CustomAttributes": "c000b4f9"}
    sent |= {"InferenceId": "canary-churn-1-7"}
    found = invoked(lambda stub: stub.add_response("invoke_endpoint", response, sent))
    assert found == Reply(b"0.5", "text/csv", "new")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ModelError", 424, CallFailed("model_error", "the model answered with status unknown")),
        ("ModelNotReadyException", 429, CallBusy("not_ready", "ModelNotReadyException")),
        ("ThrottlingException", 400, CallBusy("throttled", "ThrottlingException")),
        ("ServiceUnavailable", 503, CallBusy("unavailable", "ServiceUnavailable")),
        (
            "InternalDependencyException",
            530,
            CallBusy("unavailable", "InternalDependencyException"),
        ),
        ("InternalFailure", 500, CallBusy("unavailable", "InternalFailure")),
    ],
)
def test_errors_of_the_runtime_have_a_meaning(code: str, status: int, expected: object) -> None:
    """A model's error is evidence; throttling, loading and trouble of the service are not."""
    found = invoked(
        lambda stub: stub.add_client_error("invoke_endpoint", code, "m", http_status_code=status)
    )
    assert found == expected


@pytest.mark.parametrize(
    ("code", "status"), [("ValidationError", 400), ("AccessDeniedException", 403)]
)
def test_permanent_answers_end_the_evaluation(code: str, status: int) -> None:
    """A vanished endpoint or a missing permission is an error, never a wrong answer."""
    with pytest.raises(AwsDenied, match="churn"):
        invoked(
            lambda stub: stub.add_client_error(
                "invoke_endpoint", code, "not found", http_status_code=status
            )
        )


QUOTED = (
    "Received server error (500) from primary with message 'could not convert string to "
    "float: Jane'"
)


def test_what_a_model_says_of_its_failure_is_not_repeated() -> None:
    """A container that fails often quotes the row: of its error the status is told, and its words
    lie apart, where no log shows them.
    """
    members = {"OriginalStatusCode": 500, "OriginalMessage": QUOTED}
    found = invoked(
        lambda stub: stub.add_client_error(
            "invoke_endpoint", "ModelError", QUOTED, http_status_code=424, modeled_fields=members
        )
    )
    assert found == CallFailed("model_error", "the model answered with status 500", QUOTED)
    assert "Jane" not in repr(found)


def test_the_text_of_an_unknown_error_is_not_repeated() -> None:
    """An error that may carry a container's text is told by its code, and its chain is cut."""
    with pytest.raises(AwsDenied, match=r"churn cannot be evaluated \(SomethingNew\)$") as caught:
        invoked(
            lambda stub: stub.add_client_error(
                "invoke_endpoint", "SomethingNew", QUOTED, http_status_code=424
            )
        )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeoutError(endpoint_url="u"), "timeout"),
        (ConnectionClosedError(endpoint_url="u"), "unavailable"),
    ],
)
def test_silence_is_the_model_s_a_broken_line_is_not(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    """No answer in time counts against the variant; a connection that broke is tried again."""
    client = boto3.client("sagemaker-runtime", config=runtime_config(4, 1.0))

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(client, "invoke_endpoint", fail)
    found = EndpointInvoker(client).invoke("churn", "new", b"1", "text/csv", OPTIONS)
    assert isinstance(found, CallFailed | CallBusy)
    assert found.kind == kind


def test_the_client_leaves_pauses_to_the_evaluation() -> None:
    """One attempt a call, a pool as wide as the concurrency, and the spec's own timeout."""
    config: Any = runtime_config(32, 12.5)
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert (config.max_pool_connections, config.read_timeout) == (32, 12.5)


@pytest.fixture
def trickling() -> Iterator[str]:
    """Return the address of what sends a header every 20 ms, and no end of them."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        with listener, listener.accept()[0] as line, contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.02):
                line.sendall(b"X-Still: here\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listener,))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    over.set()
    thread.join()


def test_headers_that_never_end_have_no_more_than_the_time_limit(trickling: str) -> None:
    """A header every 20 ms is no silence, and no answer either."""
    config = runtime_config(1, 0.3)
    client = boto3.client("sagemaker-runtime", config=config, endpoint_url=trickling)
    found = EndpointInvoker(client).invoke("churn", "new", b"1", "text/csv", CallOptions())
    assert found == CallFailed("timeout", "no answer within the time limit")


@pytest.mark.parametrize(("length", "in_time"), [(5, True), (60, False)])
def test_a_body_that_never_falls_silent_has_no_more_than_the_time_limit(
    length: int, *, in_time: bool
) -> None:
    """A second a byte is no silence, and at ten seconds an answer that has not come."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b" " * length)
        here.settimeout(10)
        clock = iter(range(1_000))
        raw = here.makefile("rb", buffering=0)
        with TimelyReader(raw, here, lambda: next(clock)) as reader:
            if in_time:
                assert b"".join(reader.read(1) or b"" for _ in range(length)) == b" " * length
            else:
                with pytest.raises(TimeoutError):
                    _ = [reader.read(1) for _ in range(length)]


def test_a_body_that_ends_too_soon_is_asked_for_again() -> None:
    """Fewer bytes than were announced are a broken line, and no answer."""
    response = {"Body": StreamingBody(io.BytesIO(b"0.5"), 9), "ContentType": "text/csv"}
    found = invoked(lambda stub: stub.add_response("invoke_endpoint", response))
    assert found == CallBusy("unavailable", "IncompleteReadError")
