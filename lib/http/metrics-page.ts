/** One answer in Prometheus' text, made by prom-client from plain numbers. */

import { Counter, Gauge, Registry } from 'prom-client'

import type { Durations } from './durations.js'
import { nameOf } from './pod-containers.js'
import type { ContainerSample, PodSample } from './usage.js'

export type Labels = Record<string, string>
export type Value = readonly [labels: Labels, value: number]

export const nanosPerSecond = 1e9

export function podLabels({ entry }: PodSample): Labels {
  const { namespace, name } = nameOf(entry)
  return { namespace, pod: name }
}

export function labelsOf(pod: PodSample, { status }: ContainerSample): Labels {
  return { container: status.name, ...podLabels(pod) }
}

export function fullLabels(pod: PodSample, one: ContainerSample): Labels {
  return { ...labelsOf(pod, one), id: `/docker/${one.id}`, image: one.status.image, name: one.id.slice(0, 12) }
}

/** One answer. Of what there is nothing to be told there is no line, and no 0 without labels either. */
export class MetricsPage {
  readonly #registry = new Registry()

  gauge(name: string, help: string, values: readonly Value[]): void {
    if (values.length === 0) return
    const metric = new Gauge({
      name,
      help,
      labelNames: labelNames(values.map(([labels]) => labels)),
      registers: [this.#registry],
    })
    for (const [labels, value] of values) metric.set(labels, value)
  }

  counter(name: string, help: string, values: readonly Value[]): void {
    if (values.length === 0) return
    const metric = new Counter({
      name,
      help,
      labelNames: labelNames(values.map(([labels]) => labels)),
      registers: [this.#registry],
    })
    for (const [labels, value] of values) metric.inc(labels, value)
  }

  /** prom-client has no histogram of what was counted elsewhere, but prints one. */
  histogram(name: string, help: string, all: readonly (readonly [Labels, Durations])[]): void {
    if (all.length === 0) return
    const values = all.flatMap(([labels, { buckets: bounds, counts, sum }]) => {
      let total = 0
      const buckets = [...bounds, '+Inf'].map((le, index) => {
        total += counts[index] ?? 0
        return { labels: { ...labels, le }, value: total, metricName: `${name}_bucket` }
      })
      return [
        ...buckets,
        { labels, value: sum, metricName: `${name}_sum` },
        { labels, value: total, metricName: `${name}_count` },
      ]
    })
    const metric = {
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values,
      get: () => Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values }),
    }
    this.#registry.registerMetric(metric as unknown as Gauge)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

function labelNames(all: readonly Labels[]): string[] {
  return [...new Set(all.flatMap((labels) => Object.keys(labels)))]
}
