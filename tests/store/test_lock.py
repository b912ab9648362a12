"""One run at a time; the lock dies with its holder."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from crm_clean.errors import StoreLocked
from crm_clean.store.lock import run_lock

HOLD = "import sys, time; from pathlib import Path; from crm_clean.store.lock import run_lock\n\
with run_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


def test_a_second_run_is_told_at_once_and_exits_4(tmp_path):
    with run_lock(tmp_path), pytest.raises(StoreLocked, match="wait until it has ended") as told, run_lock(tmp_path):
        pass
    assert told.value.exit_code == 4


def test_the_lock_is_free_after_the_run(tmp_path):
    for _ in range(2):
        with run_lock(tmp_path):
            pass


def test_the_lock_is_free_after_the_run_fails(tmp_path):
    with pytest.raises(RuntimeError), run_lock(tmp_path):
        raise RuntimeError
    with run_lock(tmp_path):
        pass


def test_a_killed_run_leaves_no_lock_behind(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreLocked), run_lock(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with run_lock(tmp_path):
        pass
