// Before anything shows: the theme chosen on an earlier visit.
document.documentElement.style.colorScheme = localStorage.getItem("metakit-theme") ?? "";
