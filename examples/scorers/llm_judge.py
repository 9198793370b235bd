"""A language model as judge: how well does an answer serve the question, 0 to 1?

Deploy it as a Lambda function (handler `llm_judge.score`) and name its ARN in `guards.quality`:

    "task": "text", "scorer": "arn:aws:lambda:...:function:canary-judge"

or run it here: `canaryctl evaluate --task text --scorer examples/scorers/llm_judge.py:score ...`.
The judge never learns which variant answered, and equal answers are judged once. It does see the
whole record: choose a model that may. `ask_model` is the one place that calls it.
"""

import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

AT_ONCE = 10
WORST, BEST = 1, 5
PROMPT = """You grade answers. Read a request, an answer known to be good and the answer to grade.
Grade only whether the answer to grade is as correct and complete as the good one, not its length
or style. Reply with one line: GRADE: n, n from 1 (wrong) to 5 (as good or better).

Request: {request}
Good answer: {reference}
Answer to grade: {answer}"""


def ask_model(prompt: str) -> str:
    """Return the judge's reply: Amazon Bedrock's Converse, temperature 0."""
    import boto3  # noqa: PLC0415 - a test replaces this function and needs no AWS

    reply = boto3.client("bedrock-runtime").converse(
        modelId=os.environ["JUDGE_MODEL_ID"],
        messages=[{"role": "user", "content": [{"text": prompt}]}],
        inferenceConfig={"temperature": 0.0, "maxTokens": 20},
    )
    return str(reply["output"]["message"]["content"][0]["text"])


def score(
    event: dict[str, Any], context: object = None, ask: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Return {"scores"}: each item's grade from 0 to 1; {"error"} where a reply has no grade."""
    del context
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(ask or ask_model, map(prompt_of, event["items"])))
    grades = [grade_of(reply) for reply in replies]
    if None in grades:
        return {"error": f"{grades.count(None)} of {len(grades)} replies hold no grade"}
    return {"scores": [(g - WORST) / (BEST - WORST) for g in grades if g is not None]}


def prompt_of(item: dict[str, Any]) -> str:
    """Return the question to the judge."""
    return PROMPT.format(
        request=json.dumps(item["record"], ensure_ascii=False),
        reference=" | ".join(item["label"]) if isinstance(item["label"], list) else item["label"],
        answer=item["answer"],
    )


def grade_of(reply: str) -> int | None:
    """Return the grade in a reply, None where there is none."""
    found = re.search(r"GRADE:\s*([1-5])\b", reply)
    return int(found[1]) if found else None
