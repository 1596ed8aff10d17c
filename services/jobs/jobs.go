// Package jobs keeps one truthful page of all work: what every reactor waits for, works on, has
// done, and could not do, and the letters about what nobody could handle. It knows no domain: work
// is an event that a reactor handles, and its end is the event that the reactor appended because of
// it.
package jobs

import (
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed jobs.sql
var jobsSQL string

// Service is the jobs service, for the reactors of the given services.
func Service(services []run.Service) run.Service {
	board := newBoard(services)
	return run.Service{
		Name: "jobs",
		Doc:  "one truthful page of all work, and of what could not be handled",
		Projections: []es.Projection{{
			Name: "jobs_board", Version: 8, SQL: jobsSQL,
			Handle: []es.Handler[*es.Tx]{
				es.Any(events.Facts, board.happened), es.Any(events.Timers, board.happened),
				es.On(board.progressed), es.On(board.cancelled),
				es.On(board.buried), es.On(board.redriven), es.On(board.parked), es.On(board.unparked),
			},
			Documents: []es.Document{es.One("jobs", board.document)},
		}},
		Endpoints: []run.Endpoint{
			api.Get("/api/jobs", "lists the jobs", api.Viewers, board.listJobs),
			api.Get("/api/jobs/board", "shows the pipelines that run or wait and those that ended last", api.Viewers, board.show),
			api.Get("/api/jobs/{job}", "shows one job with the last lines of its log", api.Viewers, board.getJob),
			api.Get("/api/pipelines", "lists the jobs, those about one thing together", api.Viewers, board.listPipelines),
			api.Post("/api/jobs/{job}/cancel", "cancels a job that has not ended", api.Editors, board.cancel),
			api.Post("/api/jobs/{job}/retry", "lets a reactor try again what it gave up", api.Editors, board.retry),
			api.Get("/api/reactors", "lists the reactors of all services and how much each has to do", api.Viewers, board.listReactors),
			listLetters, getLetter, redriveLetter,
		},
	}
}

// board folds events into jobs and letters.
type board struct {
	// reactors of all services, in their order.
	reactors []Reactor
	// wanted are the reactors that work on an event, by its name; those are on the board.
	wanted map[string][]string
	// docs say what a reactor on the board does.
	docs map[string]string
	// turns are the states that the work on a thing is in after an event, by its name: "waiting" after one
	// that begins it, then how it ended.
	turns map[string]string
}

func newBoard(services []run.Service) board {
	b := board{wanted: map[string][]string{}, docs: map[string]string{}, turns: map[string]string{}}
	for _, s := range services {
		for state, list := range map[string][]events.Event{"waiting": s.Work.Begins, "done": s.Work.Done, "failed": s.Work.Failed, "cancelled": s.Work.Cancelled} {
			for _, e := range list {
				b.turns[events.Name(e)] = state
			}
		}
		for _, r := range s.Reactors {
			b.reactors = append(b.reactors, Reactor{Name: r.Name, Doc: r.Doc, Service: s.Name, Events: r.Events(), Quiet: r.Quiet})
			if r.Quiet {
				continue
			}
			b.docs[r.Name] = r.Doc
			for _, name := range r.Events() {
				b.wanted[name] = append(b.wanted[name], r.Name)
			}
		}
	}
	return b
}

// shows tells whether the work of a reactor is on the board.
func (b board) shows(reactor string) bool {
	_, ok := b.docs[reactor]
	return ok
}
