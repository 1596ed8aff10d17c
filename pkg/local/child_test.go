package local

import (
	"os/exec"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// keepsEnding is a child whose processes end after the run, in the time of the bubble, and that nobody
// wants any more after so many of them.
func keepsEnding(run time.Duration, wanted int) (c *child, processes *int) {
	processes = new(int)
	c = &child{name: "ending", soft: syscall.SIGTERM, hard: syscall.SIGKILL, patience: time.Second, ready: true}
	c.command = func() *exec.Cmd {
		time.Sleep(run)
		*processes++
		c.ready = *processes < wanted
		return exec.Command("false")
	}
	return c, processes
}

func TestChildThatKeepsEndingIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, processes := keepsEnding(0, 50)
		c.start()
		<-c.done
		if *processes != giveUpAfter {
			t.Errorf("given up after %d ends, want %d", *processes, giveUpAfter)
		}
	})
}

func TestEndsFarApartAreNotAddedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, processes := keepsEnding(20*time.Second, 50)
		c.start()
		<-c.done
		if *processes != 50 {
			t.Errorf("given up after %d ends", *processes)
		}
	})
}
