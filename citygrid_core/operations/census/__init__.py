"""Jobs on components: imported, photographed, compared, delivered; twins and progress."""
