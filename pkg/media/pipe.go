package media

import (
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sync/errgroup"
)

// pipes lead what a process writes to those who take it in.
type pipes struct {
	read  []func(io.Reader) error
	out   []*os.File // the ends that are read from
	in    []*os.File // the ends that the process writes to
	group errgroup.Group
}

// open makes the command's pipes, which the process finds at 3, 4 and so on.
func (c command) open(cmd *exec.Cmd) (*pipes, error) {
	p := &pipes{read: c.pipes}
	for range c.pipes {
		out, in, err := os.Pipe()
		if err != nil {
			p.close()
			return nil, fmt.Errorf("making a pipe: %w", err)
		}
		p.out, p.in = append(p.out, out), append(p.in, in)
	}
	cmd.ExtraFiles = p.in
	return p, nil
}

// start begins to read. From here on only the process holds the ends that are written to.
func (p *pipes) start() {
	for i, out := range p.out {
		_ = p.in[i].Close()
		p.group.Go(func() error {
			defer out.Close() // a process that goes on writing fails
			return p.read[i](out)
		})
	}
}

// wait waits until all is read, and gives the first error.
func (p *pipes) wait() error { return p.group.Wait() }

func (p *pipes) close() {
	for i := range p.out {
		_, _ = p.out[i].Close(), p.in[i].Close()
	}
}
