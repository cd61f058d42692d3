"""The flow of a city: all that is known of one municipality, in the order in which people ask."""

from sasaeai.city.page import City, by_month, city, municipalities, of_time

__all__ = ["City", "by_month", "city", "municipalities", "of_time"]
