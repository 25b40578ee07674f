document.title = "Lightboard";
