"""Made-up data to look at and to measure with: two companies, a sample, or a year's size of rows."""

from crm_data.demo.filling import SAMPLE_SOURCE, fill, sample
from crm_data.demo.team import DemoPerson
from crm_data.demo.year import scale

__all__ = ["SAMPLE_SOURCE", "DemoPerson", "fill", "sample", "scale"]
