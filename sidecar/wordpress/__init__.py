"""How the sidecar talks back to a site: REST, XML-RPC, or the plugin's own fetch."""

from sidecar.wordpress.roads import SiteRoads

__all__ = ["SiteRoads"]
