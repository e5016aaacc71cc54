"""All kinds of records, in an order in which what is referred to comes first."""

import models.assignment
import models.attachment
import models.baseline
import models.calendar
import models.client
import models.conflict
import models.dependency
import models.interaction
import models.people
import models.project
import models.task  # noqa: F401  the imports fill the table
from models.record import KINDS, Kind, kind_of

__all__ = ["KINDS", "Kind", "kind_of"]
