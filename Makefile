# What a developer does every day. Each line also works when it is typed by hand.
.PHONY: check lint types fast test matrix lock docs

check: lint types fast  ## before each commit

lint:
	uv run ruff format .
	uv run ruff check .
	uv run lint-imports

types:
	uv run mypy

fast:  ## the tests that start no client
	uv run pytest tests --ignore=tests/end_to_end

test:
	uv run pytest tests

matrix:
	uv run pytest

lock:  ## after a change of the dependencies
	.ci/lock

DEBIAN = "Debian 12=docs/generations/debian-12.json" "Debian 13=docs/generations/debian-13.json" unstable=docs/generations/debian-unstable.json

docs:  ## after a change of an entry, or of the sample report
	uv run python -m leafonly docs clients >docs/clients.md
	uv run python -m leafonly answer reports/sample/report.json >docs/answer.md
	cp docs/generations/about.md docs/generations.md
	uv run python -m leafonly merge --markdown $(DEBIAN) >>docs/generations.md
	cp docs/versions/about.md docs/versions.md
	uv run python -m leafonly merge --since-version $(DEBIAN) $(foreach file,$(sort $(wildcard docs/versions/*.json)),$(basename $(notdir $(file)))=$(file)) >>docs/versions.md
