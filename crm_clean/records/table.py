"""What a table is: columns in order with their types, and the key; and how a frame is built, checked and carried.

A frame crosses a border by `Table.check`, which says everything that is wrong at once. Types are Arrow's, since
tables rest as Parquet; in pandas, text is `string[pyarrow]`, flags are `boolean`, counts that may be missing are
`Int64`, instants are `datetime64[us, UTC]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from crm_clean.errors import BadFrame

STRING, INT, FLOAT, BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
INSTANT, STRINGS = pa.timestamp("us", tz="UTC"), pa.list_(pa.string())


def _pandas_dtype(kind: pa.DataType) -> object:
    if kind == STRING:
        return pd.StringDtype("pyarrow")
    if kind == BOOL:
        return pd.BooleanDtype()
    if kind == INT:
        return pd.Int64Dtype()
    if kind == FLOAT:
        return "float64"
    if kind == INSTANT:
        return pd.DatetimeTZDtype("us", "UTC")  # type: ignore[arg-type]
    return pd.ArrowDtype(kind)


@dataclass(frozen=True)
class Table:
    """A named table: its columns in order with their Arrow types, and the columns that name a row."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.DataType]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema(list(self.columns.items()))

    def part(self, columns: Sequence[str]) -> pa.Schema:
        """The schema of some of the columns."""
        return pa.schema([(name, self.columns[name]) for name in columns])

    def empty(self) -> pd.DataFrame:
        """A frame of no rows."""
        return self.frame({})

    def frame(self, data: Mapping[str, object] | pd.DataFrame) -> pd.DataFrame:
        """`data` as a frame of exactly this table's columns and dtypes; a column not given is all missing.

        Raises BadFrame for a column the table does not have, or a value that does not fit its type.
        """
        given = data if isinstance(data, pd.DataFrame) else pd.DataFrame(dict(data))
        unknown = sorted(set(given.columns) - set(self.columns))
        if unknown:
            raise BadFrame(f"{self.name}: no such column {', '.join(map(str, unknown))}")
        out = {}
        for name, kind in self.columns.items():
            dtype = _pandas_dtype(kind)
            if name not in given.columns:
                out[name] = pd.Series(pd.NA if kind != FLOAT else float("nan"), index=given.index, dtype=dtype)  # type: ignore[call-overload]
                continue
            try:
                out[name] = given[name] if given[name].dtype == dtype else given[name].astype(dtype)  # type: ignore[call-overload]
            except (TypeError, ValueError, pa.ArrowInvalid) as error:
                raise BadFrame(f"{self.name}: {name} does not fit {kind}: {type(error).__name__}") from error
        return pd.DataFrame(out, index=given.index).reset_index(drop=True)

    def check(self, frame: pd.DataFrame, *, unique: bool = True) -> pd.DataFrame:
        """`frame` itself when it fits: all columns, their dtypes, key present and (if `unique`) unique.

        Raises BadFrame with everything that is wrong, without values.
        """
        wrong = [f"no column {c}" for c in self.columns if c not in frame.columns]
        wrong += [f"unknown column {c}" for c in frame.columns if c not in self.columns]
        for name, kind in self.columns.items():
            if name in frame.columns and frame[name].dtype != _pandas_dtype(kind):
                wrong.append(f"{name} is {frame[name].dtype}, not {_pandas_dtype(kind)}")
        if not wrong and self.key and len(frame):
            keys = frame[list(self.key)]
            missing = int(keys.isna().any(axis=1).sum())
            if missing:
                wrong.append(f"{missing} rows without key {', '.join(self.key)}")
            repeated = int(keys.duplicated().sum()) if unique else 0
            if repeated:
                wrong.append(f"{repeated} repeated keys {', '.join(self.key)}")
        if wrong:
            raise BadFrame(f"{self.name}: {'; '.join(wrong)}")
        return frame

    def check_table(self, table: pa.Table) -> pa.Table:
        """`table` itself when it fits: this schema, key present and unique. Raises BadFrame without values."""
        wrong = [] if table.schema.equals(self.schema) else ["columns or types are not this table's"]
        if not wrong and self.key:
            missing = sum(table[name].null_count for name in self.key)
            wrong += [f"{missing} missing values in key {', '.join(self.key)}"] if missing else []
            repeated = len(table) - len(table.select(list(self.key)).group_by(list(self.key)).aggregate([]))
            wrong += [f"{repeated} repeated keys {', '.join(self.key)}"] if repeated else []
        if wrong:
            raise BadFrame(f"{self.name}: {'; '.join(wrong)}")
        return table

    def to_arrow(self, frame: pd.DataFrame) -> pa.Table:
        """`frame` as an Arrow table of this table's schema."""
        columns = [pa.array(frame[n], type=t, from_pandas=True) for n, t in self.columns.items()]
        flat = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
        return pa.Table.from_arrays(flat, schema=self.schema)

    def to_pandas(self, table: pa.Table) -> pd.DataFrame:
        """An Arrow table of this schema as a frame with this table's dtypes."""
        cast = table.select(list(self.columns)).cast(self.schema)
        nullable = (STRING, BOOL, INT, STRINGS)
        frame: pd.DataFrame = cast.to_pandas(
            types_mapper=lambda kind: _pandas_dtype(kind) if kind in nullable else None
        )
        for name, kind in self.columns.items():
            if kind == INSTANT:
                frame[name] = frame[name].astype(_pandas_dtype(kind))  # type: ignore[call-overload]
        return frame
