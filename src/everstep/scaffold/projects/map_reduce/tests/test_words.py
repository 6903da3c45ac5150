from pathlib import Path

from everstep.testing import DurableFunctionTestRunner, crash_everywhere

from words import Job, count_words


def documents(folder: Path, *texts: str) -> Job:
    files = [folder / f"{number}.txt" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return {"documents": [str(file) for file in files]}


def test_the_counts_of_all_documents_are_added_up(tmp_path: Path) -> None:
    with DurableFunctionTestRunner(count_words) as runner:
        result = runner.run(documents(tmp_path, "to be or not", "To do", "or be"))
    assert result.value == {"words": {"be": 2, "or": 2, "to": 2, "do": 1, "not": 1}, "documents": 3, "lost": 0}


def test_a_lost_document_among_ten_does_no_harm(tmp_path: Path) -> None:
    job = documents(tmp_path, *["word"] * 9)
    with DurableFunctionTestRunner(count_words) as runner:
        result = runner.run({"documents": [*job["documents"], str(tmp_path / "lost.txt")]})
    assert result.value == {"words": {"word": 9}, "documents": 9, "lost": 1}


def test_two_lost_documents_among_ten_are_too_many(tmp_path: Path) -> None:
    job = documents(tmp_path, *["word"] * 8)
    lost = [str(tmp_path / name) for name in ("lost.txt", "gone.txt")]
    with DurableFunctionTestRunner(count_words) as runner:
        result = runner.run({"documents": [*job["documents"], *lost]})
    assert result.error is not None


def test_hundreds_of_documents_are_counted_in_no_time(tmp_path: Path) -> None:
    with DurableFunctionTestRunner(count_words) as runner:
        result = runner.run(documents(tmp_path, *["one two"] * 300))
    assert result.value == {"words": {"one": 300, "two": 300}, "documents": 300, "lost": 0}


def test_no_crash_counts_a_document_twice(tmp_path: Path) -> None:
    survived = crash_everywhere(count_words, documents(tmp_path, "a b", "b c"))
    assert survived.result.value["words"] == {"b": 2, "a": 1, "c": 1}
