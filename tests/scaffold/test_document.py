"""The text of a template as data and back."""

import pytest

from everstep.scaffold.declared import Function
from everstep.scaffold.document import Document, DocumentError
from everstep.scaffold.sam import update

WRITTEN = """\
# Our shop.
Transform: AWS::Serverless-2016-10-31

Globals:
  Function: {Runtime: python3.14}   # the newest

Resources:
  # See the incident of May.
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.order
      CodeUri: "src/"
      MemorySize: 1024   # MB
      Environment:
        Variables:
          URL: !Sub "https://${Stage}.example.com"
      Policies:
      - DynamoDBCrudPolicy:
          TableName: !Ref Table

Outputs:
  Orders:
    Value: !GetAtt Orders.Arn
"""
EXPECTED = """\
      Handler: orders.order
      DurableConfig:
        ExecutionTimeout: 60
      AutoPublishAlias: live
      CodeUri: "src/"
"""
ORDER = Function(name="order", module="orders", root="src", file="src/orders.py", execution_timeout_seconds=60)


def test_an_update_touches_only_the_lines_that_it_must() -> None:
    document = Document(WRITTEN)
    update(document.content, [ORDER])
    head, tail = WRITTEN.split('      Handler: orders.order\n      CodeUri: "src/"\n')
    assert document.text() == head + EXPECTED + tail


def test_a_text_that_nobody_changes_stays_as_it_is() -> None:
    assert Document(WRITTEN).text() == WRITTEN


@pytest.mark.parametrize("dash", ["  - ", "    - ", "- "])
def test_lists_are_indented_as_their_author_does(dash: str) -> None:
    text = f"Resources:\n  A:\n    DependsOn:\n    {dash}B\n    {dash}C\n"
    assert Document(text).text() == text


def test_what_is_new_at_the_end_of_a_section_stands_before_its_blank_line() -> None:
    document = Document(WRITTEN)
    update(document.content, [ORDER, Function(name="ship", module="orders", root="src", file="src/orders.py")])
    assert "ExecutionTimeout: 86400\n\nOutputs:" in document.text()


def test_the_comments_of_a_template_without_content_stay() -> None:
    document = Document("# Nothing yet.\n")
    update(document.content, [ORDER])
    assert document.text().startswith("# Nothing yet.\nAWSTemplateFormatVersion: '2010-09-09'\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a: [", r"it is not YAML \(line 1\)"), ("- a\n", "there must be a mapping"), ("a: 1\na: 2\n", "not YAML")],
)
def test_what_is_no_template_is_said(text: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        Document(text)
