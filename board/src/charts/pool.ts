/** The raster workers that all charts of a page share. */

import type { Drawing, FromWorker, ToWorker } from "./protocol";

/** A worker that died. Once, it is replaced and its charts draw again; after that its charts fail. */
export interface WorkerFault {
  readonly reason: string;
  readonly replaced: boolean;
}

/** A chart as its worker's pool sees it. */
export interface PoolClient {
  drawn(drawing: Drawing): void;
  failed(error: Error): void;
  /** A new worker, which knows nothing yet, took over. */
  replaced(): void;
}

/** A chart's line to its worker. */
export interface PoolSeat {
  readonly chart: number;
  post(message: ToWorker, transfer: Transferable[]): void;
  leave(): void;
}

export class RasterPool {
  private readonly desks: Desk[];
  private nextChart = 1;

  /**
   * @param onFault told of every worker that dies
   * @param size number of workers; by default one processor is left to the page where there are more than two
   */
  constructor(
    onFault: (fault: WorkerFault) => void,
    size = Math.min(4, Math.max(2, navigator.hardwareConcurrency - 1)),
  ) {
    this.desks = Array.from({ length: size }, () => new Desk(onFault));
  }

  /** Seats a chart at the worker with the fewest charts. */
  join(client: PoolClient): PoolSeat {
    const desk = this.desks.reduce((least, other) => (other.load < least.load ? other : least));
    return desk.seat(this.nextChart++, client);
  }

  /** Ends the workers. Charts of this pool must be destroyed before. */
  close(): void {
    for (const desk of this.desks) desk.close();
  }
}

/** One worker and the charts that it draws. */
class Desk {
  private readonly clients = new Map<number, PoolClient>();
  private worker: Worker | null;
  private replacements = 1;
  private dead: Error | null = null;

  constructor(private readonly onFault: (fault: WorkerFault) => void) {
    // At once, so that its program is there when the first points are.
    this.worker = this.start();
  }

  get load(): number {
    return this.clients.size;
  }

  seat(chart: number, client: PoolClient): PoolSeat {
    this.clients.set(chart, client);
    return {
      chart,
      post: (message, transfer) => {
        if (this.clients.has(chart)) this.post(message, transfer);
      },
      leave: () => {
        this.post({ kind: "close", chart }, []);
        this.clients.delete(chart);
      },
    };
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private post(message: ToWorker, transfer: Transferable[]): void {
    if (this.dead !== null) {
      if (message.kind === "draw") this.clients.get(message.chart)?.failed(this.dead);
      return;
    }
    this.worker ??= this.start();
    this.worker.postMessage(message, transfer);
  }

  private start(): Worker {
    // The build finds the worker by this expression, so it is written out here.
    const worker = new Worker(new URL("../workers/raster.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      const client = this.clients.get(data.chart);
      if (data.kind === "drawn") {
        if (client === undefined) data.drawing.bitmap.close();
        else client.drawn(data.drawing);
      } else {
        client?.failed(new Error(`A chart could not be drawn: ${data.reason}. Reload the page.`));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.died(event.message || "its program could not be loaded");
    };
    worker.onmessageerror = () => this.died("it sent a message that cannot be read");
    return worker;
  }

  private died(reason: string): void {
    this.close();
    const replaced = this.replacements > 0;
    this.onFault({ reason, replaced });
    const clients = [...this.clients.values()];
    if (replaced) {
      this.replacements--;
      for (const client of clients) client.replaced();
    } else {
      this.dead = new Error(`Charts cannot be drawn, their worker died twice: ${reason}. Reload the page.`);
      for (const client of clients) client.failed(this.dead);
    }
  }
}
