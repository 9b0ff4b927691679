"use strict";
document.documentElement.classList.add("scripted");

// What a reader typed or chose stays in this browser; a browser that keeps nothing is no trouble.
const kept = {
  get(key) {
    try { return JSON.parse(localStorage.getItem("commentary:" + key)); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem("commentary:" + key, JSON.stringify(value)); } catch { /* stays on the page alone */ }
  },
  drop(key) {
    try { localStorage.removeItem("commentary:" + key); } catch { /* nothing was kept */ }
  },
};
