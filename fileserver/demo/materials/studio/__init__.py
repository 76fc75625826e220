"""Procedural photographs: scenes painted with numpy, developed like film. `scenes.SCENES` names them."""
