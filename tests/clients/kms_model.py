"""Compares src/front/kms/model.rs, and the errors in tests/kms/declared_errors, with the KMS model of the installed
botocore, which is the authority.

What is written there must be in the model with the same limits. What the model has beyond it is printed: a newer botocore
knows more than the one that the file was written from (1.44.5).
"""

import gzip
import importlib.util
import json
import pathlib
import re

from harness import equal, expect

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src" / "front" / "kms" / "model.rs"
ERRORS = SOURCE.parents[3] / "tests" / "kms" / "declared_errors" / "errors.tsv"
UNLIMITED = "usize::MAX"


def load_model():
    found = importlib.util.find_spec("botocore")
    expect(found is not None, "botocore is not installed; boto3 brings it")
    root = pathlib.Path(found.origin).parent
    with gzip.open(root / "data" / "kms" / "2014-11-01" / "service-2.json.gz") as file:
        return json.load(file)


def constant(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


def check():
    """Returns what the model has and the file has not."""
    model = load_model()
    shapes = {constant(name): shape for name, shape in model["shapes"].items()}
    text = SOURCE.read_text()
    statics = dict(re.findall(r"static ([A-Z0-9_]+): Shape =\s*(.*?);\n", text, re.S))
    beyond = []
    for name, body in statics.items():
        expect(name in shapes, f"{name} is not in the model")
        beyond += compare(name, body, shapes[name])
    inputs = {constant(operation["input"]["shape"]) for operation in model["operations"].values()}
    beyond += [f"operation {name}" for name in inputs - set(statics)]
    expect(len(inputs & set(statics)) >= 56, "actions of the model are missing")
    return beyond + compare_errors(model["operations"])


def compare_errors(operations):
    lines = dict(line.split("\t") for line in ERRORS.read_text().splitlines())
    beyond = []
    for action, errors in lines.items():
        known, declared = set(errors.split(",")), {error["shape"] for error in operations[action]["errors"]}
        expect(known <= declared, f"{action} does not declare {known - declared}")
        beyond += [f"{action}: {error}" for error in declared - known]
    return beyond


def compare(name, body, shape):
    def number(field):
        return re.search(rf"\b{field}: ([\w:]+)", body)[1]

    kind = body.split("(")[0].split("{")[0].strip()
    if kind == "Structure":
        members = dict((member, word) for word, member in re.findall(r'(required|optional)\(\s*"(\w+)"', body))
        for member, word in members.items():
            expect(member in shape["members"], f"{name}.{member} is not in the model")
            equal(word == "required", member in shape.get("required", []), f"{name}.{member} is required")
        return [f"{name}.{member}" for member in set(shape["members"]) - set(members)]
    if kind == "Choice":
        values = re.findall(r'"(\w+)"', body)
        expect(set(values) <= set(shape["enum"]), f"{name} has values that the model has not")
        return [f"{name} {value}" for value in set(shape["enum"]) - set(values)]
    if kind in ("Text", "Blob", "List"):
        equal(number("min"), str(shape.get("min", 0)), f"{name}'s min")
        equal(number("max"), str(shape.get("max", UNLIMITED)), f"{name}'s max")
    if kind == "Text":
        pattern = re.search(r'Some\(r"(.*?)"\)', body)
        equal(pattern and pattern[1], shape.get("pattern"), f"{name}'s pattern")
    if kind == "Integer":
        equal((number("min"), number("max")), (str(shape["min"]), str(shape["max"])), f"{name}'s limits")
    return []


if __name__ == "__main__":
    for line in check():
        print("beyond:", line)
