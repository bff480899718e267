// What packing pages costs a kubelet: promhttp packs with Go's own gzip at its default level.
// Prints, in a line each, the CPU milliseconds that every file named takes: the median of some
// turns. Built by run.sh, from Go's own library alone.
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"sort"
	"syscall"
)

const turns = 15

func cpuMilliseconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) * 1e-6
}

func main() {
	writer := gzip.NewWriter(io.Discard)
	for _, path := range os.Args[1:] {
		content, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		times := make([]float64, turns)
		for turn := range times {
			begin := cpuMilliseconds()
			writer.Reset(io.Discard)
			if _, err := writer.Write(content); err != nil {
				panic(err)
			}
			if err := writer.Close(); err != nil {
				panic(err)
			}
			times[turn] = cpuMilliseconds() - begin
		}
		sort.Float64s(times)
		fmt.Printf("%.2f\n", times[turns/2])
	}
}
