// The peers' parsers, one turn each over the page that the argument names: prints
// `NAME MBPS` lines of CPU time. Built by run.sh from Debian's -dev packages.
package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/prometheus"
	"github.com/prometheus/common/expfmt"
)

const turnSeconds = 0.08

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) * 1e-9
}

func run(name string, size int, work func()) {
	work()
	begin := cpuSeconds()
	now := begin
	times := 0
	for now-begin < turnSeconds {
		work()
		times++
		now = cpuSeconds()
	}
	fmt.Printf("%s %f\n", name, float64(size)*float64(times)/(now-begin)/1e6)
}

func main() {
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	text := string(content)
	var rows prometheus.Rows
	run("victoriametrics", len(content), func() {
		rows.UnmarshalWithErrLogger(text, func(string) {})
	})
	run("expfmt", len(content), func() {
		var parser expfmt.TextParser
		if _, err := parser.TextToMetricFamilies(bytes.NewReader(content)); err != nil {
			panic(err)
		}
	})
}
