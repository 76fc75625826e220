"""The scenes by name, as the texts refer to them."""

from fileserver.demo.materials.studio import interiors, stilllife, surfaces
from fileserver.demo.materials.studio.darkroom import Scene

SCENES: dict[str, Scene] = {
    "arches": interiors.arches,
    "bokeh": surfaces.bokeh,
    "curtains": interiors.curtains,
    "dishes": stilllife.dishes,
    "drops": surfaces.drops,
    "emulsion": surfaces.emulsion,
    "niches": interiors.niches,
    "ribbed_glass": surfaces.ribbed_glass,
    "satin": surfaces.satin,
    "single_vial": stilllife.single_vial,
    "stones": stilllife.stones,
    "sunlit_wall": interiors.sunlit_wall,
    "vials": stilllife.vials,
}
