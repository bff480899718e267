// Which series a dashboard asks for, by its variables. Without a label `cluster` or `node` their variables
// say `.*`, which a missing label satisfies.
'use strict';

const NODES = 'cluster=~"$cluster", node=~"$node"';
const NAMESPACES = `${NODES}, namespace=~"$namespace"`;
const WORKLOADS = `${NAMESPACES}, workload=~"$workload"`;
const ONE_POD = 'cluster=~"$cluster", namespace="$namespace", pod="$pod"';

// The labels that name a workload, a pod's probe type, a container, a probe.
const WORKLOAD = 'cluster, namespace, workload, workload_type';
const POD_PROBE = 'cluster, namespace, workload, pod, probe_type';
const CONTAINER = 'cluster, namespace, pod, container';
const PROBE = 'cluster, namespace, workload, pod, container, probe_type';

module.exports = { NODES, NAMESPACES, WORKLOADS, ONE_POD, WORKLOAD, CONTAINER, POD_PROBE, PROBE };
