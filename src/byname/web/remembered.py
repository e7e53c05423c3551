"""Answers that a snapshot gave before: it never changes, so no question has to be asked of it twice.

Where twenty people open the same page after a refresh, one of them asks and the others wait for the answer.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from byname.snapshot import Snapshot

__all__ = ["remembered"]

_MOST = 512
_answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()
_lock = Lock()


def remembered[**P, T](
    question: Callable[Concatenate[Snapshot, P], T], snapshot: Snapshot, *args: P.args, **kwargs: P.kwargs
) -> T:
    """What a question says of a snapshot. The answer is shared: nobody may change it.

    Args:
        question: a function of a module; what it is given must be hashable.
        snapshot: of which it is asked.
        *args: what else it is given.
        **kwargs: likewise.
    """
    key = (question, snapshot.folder, args, tuple(sorted(kwargs.items())))
    with _lock:
        answer = _answers.get(key)
        asks = answer is None
        if answer is None:
            answer = _answers[key] = Future()
            while len(_answers) > _MOST:
                _answers.popitem(last=False)
        else:
            _answers.move_to_end(key)
    if asks:
        try:
            answer.set_result(question(snapshot, *args, **kwargs))
        except BaseException as error:
            with _lock:
                _answers.pop(key, None)
            answer.set_exception(error)
            raise
    found: T = answer.result()
    return found
