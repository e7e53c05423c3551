"""Who is who: from customer records to people, each link with its reason."""

from byname.people.directory import directory
from byname.people.identify import Asked, People, identify, person_id
from byname.people.links import links
from byname.people.timeline import timeline

__all__ = ["Asked", "People", "directory", "identify", "links", "person_id", "timeline"]
