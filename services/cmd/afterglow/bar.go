package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// bar shows progress on a terminal, and nothing elsewhere.
type bar struct {
	w     io.Writer
	mu    sync.Mutex
	label string
}

func newBar(w io.Writer, label string) *bar {
	if !isTerminal(w) {
		w = nil
	}
	return &bar{w: w, label: label}
}

func (b *bar) stage(label string, percent float64) {
	b.mu.Lock()
	b.label = label
	b.mu.Unlock()
	b.set(percent)
}

func (b *bar) set(percent float64) {
	if b.w == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	const width = 30
	full := min(max(int(percent*width/100), 0), width)
	fmt.Fprintf(b.w, "\r\x1b[K%s%s %3.0f %%  %s", strings.Repeat("█", full), strings.Repeat("░", width-full), percent, b.label)
}

// count shows how many of how many are done.
func (b *bar) count(done, total uint64) {
	b.set(float64(done) / float64(max(total, 1)) * 100)
}

func (b *bar) end() {
	if b.w != nil {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

// jobs shows the running job of a clip.
func (b *bar) jobs(board json.RawMessage, clip string) error {
	var jobs struct {
		Items []struct {
			AggregateID string  `json:"aggregateId"`
			State       string  `json:"state"`
			Stage       string  `json:"stage"`
			Percent     float64 `json:"percent"`
			Speed       float64 `json:"speed"`
			Remaining   float64 `json:"remaining"`
		} `json:"items"`
	}
	if err := json.Unmarshal(board, &jobs); err != nil {
		return err
	}
	for _, j := range jobs.Items {
		if j.AggregateID != clip || j.State != "running" {
			continue
		}
		label := j.Stage
		if j.Speed > 0 {
			left := time.Duration(j.Remaining * float64(time.Second)).Round(time.Second)
			label = fmt.Sprintf("%s, %.1f× realtime, %s left", j.Stage, j.Speed, left)
		}
		b.stage(label, j.Percent)
	}
	return nil
}
