"""Gateways in front of the camera: each presents the full chain, and verifies the camera."""

from leafonly.gateways.entries import GATEWAYS
from leafonly.gateways.gateway import Gateway, GatewayError, Site
from leafonly.gateways.running import free_ports, running

__all__ = ["GATEWAYS", "Gateway", "GatewayError", "Site", "free_ports", "running"]
