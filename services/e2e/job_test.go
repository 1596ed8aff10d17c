package e2e

import "slices"

// board is the live document of all work.
type board struct{ Items []job }

// job is a reactor's work on one event.
type job struct {
	AggregateID, State, Stage, Outcome, Reactor, Cause string
	Percent                                            float64
	Attempt                                            int
}

func (j job) moving() bool { return j.State == "running" && j.Stage != "" && j.Percent > 0 }

func (b board) has(clip string, ok func(job) bool) bool {
	return slices.ContainsFunc(b.Items, func(j job) bool { return j.AggregateID == clip && ok(j) })
}
