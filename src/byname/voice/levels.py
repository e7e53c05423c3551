"""What a score means on its own scale, as SQL over the facts' `scale` and `score`: unhappy -1, between 0, happy 1."""

from __future__ import annotations

__all__ = ["LEVEL"]

LEVEL = """case when scale = 'nps' then case when score >= 9e0 then 1 when score >= 7e0 then 0 else -1 end
                when scale = 'ces' then case when score >= 6e0 then 1 when score >= 4e0 then 0 else -1 end
                when scale in ('csat', 'stars') then case when score >= 4e0 then 1 when score >= 3e0 then 0 else -1 end
           end"""
