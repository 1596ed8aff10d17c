package e2e

import "slices"

// board is the live document of all work.
type board struct{ Items []pipeline }

// pipeline is all the work on one clip.
type pipeline struct {
	AggregateID, State string
	Stages             []struct {
		Stage   string
		Running int
		Percent float64
	}
}

// job is a reactor's work on one event.
type job struct {
	AggregateID, State, Stage, Outcome, Reactor, Cause string
	Percent                                            float64
	Attempt                                            int
}

func (p pipeline) moving() bool {
	for _, s := range p.Stages {
		if s.Running > 0 && s.Stage != "" && s.Percent > 0 {
			return true
		}
	}
	return false
}

func (p pipeline) done() bool { return p.State == "done" }

func (b board) has(clip string, ok func(pipeline) bool) bool {
	return slices.ContainsFunc(b.Items, func(p pipeline) bool { return p.AggregateID == clip && ok(p) })
}
