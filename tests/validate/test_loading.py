"""Loading Great Expectations: it never ends the process, whatever else is installed, and hides nothing afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "", id="in a process without a main script"),
        pytest.param("", "import pyspark", id="Spark can be used afterwards"),
        pytest.param("import pyspark.sql", "assert sys.modules['pyspark.sql']", id="Spark may be in use already"),
    ],
)
def test_the_process_lives_on(before: str, after: str) -> None:
    if "pyspark" in before + after:
        pytest.importorskip("pyspark")
    use = "from crm_clean.validate.suites import load_suites; assert load_suites()"
    code = "\n".join(["import sys", before, use, after, "print('lives')"])
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "lives\n"), ran.stderr
