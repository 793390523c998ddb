// Says in words how long a pairing code is still good. The page says until when without this.

for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = new Date(place.dataset.countdown).valueOf();
  const tell = () => {
    const seconds = Math.round((end - Date.now()) / 1000);
    if (seconds <= 0) {
      place.textContent = "(its time is over: make a new one)";
      clearInterval(timer);
    } else if (seconds < 60) {
      place.textContent = "(less than a minute left)";
    } else {
      place.textContent = `(${Math.ceil(seconds / 60)} minutes left)`;
    }
  };
  const timer = setInterval(tell, 5000);
  tell();
}
