package local

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
)

func TestPortThatIsTakenNamesItsProcess(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "[::]"} {
		listener, err := net.Listen("tcp", host+":0")
		check(t, err)
		address := listener.Addr().String()
		err = CheckPort(address)
		want := fmt.Sprintf("the address %s is taken by process %d (", address, os.Getpid())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("a port that is taken says %v, want %s", err, want)
		}
		check(t, listener.Close())
		if holder := PortHolder(address); holder != "" {
			t.Errorf("%s is held by %s after it was closed", address, holder)
		}
	}
	if err := CheckPort("203.0.113.1:9999"); err == nil || !strings.Contains(err.Error(), "the address 203.0.113.1:9999 cannot be used: ") {
		t.Errorf("an address of another machine says %v", err)
	}
	if PortHolder("nonsense") != "" || PortHolder("127.0.0.1:http") != "" {
		t.Error("what is no address has a holder")
	}
}
