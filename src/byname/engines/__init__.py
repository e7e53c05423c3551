"""One verb, ``run(statement)``, on the embedded engine (DuckDB) and on the distributed one (Apache Spark).

Importing this package loads neither of them: ``open_engine`` does, when it is asked for one.
"""

from byname.engines.base import Engine, Scalar, Table
from byname.engines.open import open_engine
from byname.engines.statement import Statement, statement, statements

__all__ = ["Engine", "Scalar", "Statement", "Table", "open_engine", "statement", "statements"]
