"""Which values of a column came before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_clean.sample.columns import Column, Mask


def repeats(values: Column) -> Mask:
    """Where a value stands that an earlier row has."""
    codes = values.dictionary_encode()
    index = codes.indices.to_numpy(zero_copy_only=False)
    return np.asarray(pd.Series(index).duplicated())
