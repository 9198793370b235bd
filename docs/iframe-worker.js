// Search from a folder: a page read from a file may start no worker, so that one is run in a frame beside the page.
// It does what the theme's search needs of a worker: messages both ways, and scripts loaded one after the other.
class FrameWorker extends EventTarget {
  constructor(url) {
    super();
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    this.frame.title = "search";
    this.frame.srcdoc = "<!doctype html><body></body>";
    this.ready = new Promise((done) => {
      this.frame.addEventListener("load", () => done(this.start(url)), { once: true });
    });
    document.body.append(this.frame);
  }

  async start(url) {
    const inside = this.frame.contentWindow;
    inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
    inside.importScripts = async (...scripts) => {
      for (const script of scripts) await this.load(script);
    };
    await this.load(url);
    return inside;
  }

  load(url) {
    const script = this.frame.contentDocument.createElement("script");
    script.src = url;
    return new Promise((done, failed) => {
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      this.frame.contentDocument.body.append(script);
    });
  }

  async postMessage(data) {
    const inside = await this.ready;
    inside.dispatchEvent(new inside.MessageEvent("message", { data }));
  }

  terminate() {
    this.frame.remove();
  }
}
if (location.protocol === "file:") window.Worker = FrameWorker;
