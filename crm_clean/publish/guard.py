"""What must not be written: values the CRM would cut or refuse, and text that a spreadsheet would run as a formula.

Nothing is cut or escaped in silence. What is refused is listed with the reason, and the CRM keeps what it has.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.publish.given import TEXT

_UNSEEN = "[\\s\u200b\ufeff]*"
_FORMULA = f"^{_UNSEEN}[=@＝＠]|^[\\t\\r\\n]"
_SIGNED = f"^{_UNSEEN}[-+＋－]"
_NUMERIC = ("phone", "email_opt_out", "do_not_call", "birth_date")
REFUSED_COLUMNS = ["system", "object", "source_record_id", "column", "value", "reason"]


def sifted(changes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`changes` that may be written, and REFUSED_COLUMNS of the others.

    `changes` has new_value, field, max_chars and max_bytes (0 for no limit).
    """
    new = changes["new_value"]
    limits = {name: changes[name].to_numpy(np.int64) for name in ("max_chars", "max_bytes")}
    length = new.str.len().fillna(0).to_numpy(np.int64)
    too_long = (limits["max_chars"] > 0) & (length > limits["max_chars"])
    too_long |= (limits["max_bytes"] > 0) & (_bytes(new) > limits["max_bytes"])
    formula = new.str.contains(_FORMULA, regex=True).fillna(False).to_numpy(bool)
    signed = new.str.contains(_SIGNED, regex=True).fillna(False).to_numpy(bool)
    formula |= signed & ~changes["field"].isin(_NUMERIC).to_numpy(bool)
    reason = np.where(formula, "formula: the text would run in a spreadsheet", "too long for the column")
    barred = formula | too_long
    refused = changes[barred].rename(columns={"new_value": "value"}).assign(reason=reason[barred])
    kept = changes[~barred].reset_index(drop=True)
    return kept, refused[REFUSED_COLUMNS].astype(TEXT).reset_index(drop=True)


def _bytes(text: pd.Series[str]) -> np.ndarray:
    array = pa.array(text.fillna(""), from_pandas=True)
    return np.asarray(pc.binary_length(array.cast(pa.large_binary())).to_numpy())
