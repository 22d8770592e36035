"""The four services as separate processes with replicas, on real engines, behind one port.

`running_services` is what others use; `zoho2xero up` is the same on the command line.
"""

from zoho2xero.up.services import ServicePlan, Services, running_services

__all__ = ["ServicePlan", "Services", "running_services"]
