// Shares the picture that a link leads to by whatever the phone has; where it has nothing the link downloads it.
for (const link of document.querySelectorAll("[data-share]")) {
  link.addEventListener("click", async (event) => {
    if (!navigator.canShare) return;
    event.preventDefault();
    const picture = await (await fetch(link.href)).blob();
    const files = [new File([picture], "card.png", { type: picture.type })];
    if (navigator.canShare({ files })) await navigator.share({ files, title: link.dataset.share }).catch(() => {});
    else location.assign(link.href);
  });
}
