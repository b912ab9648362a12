"""Links a table with goldenmatch, which configures itself from the data: `link_with_goldenmatch.py TABLE.csv OUT.csv`.

That is how its documentation begins. There is no threshold to choose.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Any

import goldenmatch
import numpy as np
import pandas as pd
import pyarrow as pa
from table import Clock, Cost, main

logging.disable(logging.WARNING)


def link(table: pd.DataFrame) -> tuple[dict[str, Any], Cost]:
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    clock = Clock()
    with contextlib.redirect_stdout(sys.stderr):
        found = goldenmatch.dedupe_df(arrow)
    labels = np.arange(len(table))
    for cluster in found.clusters.values():
        members = [int(member) for member in cluster["members"]]
        labels[members] = min(members)
    return {"zero-config": labels}, clock.read()


if __name__ == "__main__":
    main(link, __doc__)
