"""A fault put into the translation's sources is found: each by the test that is there for it."""

import pytest

from . import test_faults, test_permissions, test_tlb
from .faulty import FAULTS, faulty_verilog
from .paging_model import S_MODE, U_MODE, VU_MODE
from .places import at_hgatp, at_hgatp_for_a_table, at_satp, at_vsatp


def sizes(player):
    for levels in ((2, 1), (1, 2), (0, 2), (2, 0), (2, 2)):
        test_tlb.test_one_entry_serves_the_smaller_page_of_the_two_stages(player, levels)


#: The tests by a short name, which the table of faults has.
CHECKS = {
    "accessed": lambda player: test_faults.test_a_leaf_with_a_clear_faults(player, at_vsatp, 0),
    "aligned": lambda player: test_faults.test_a_superpage_that_is_not_aligned_faults(player, at_vsatp, 1),
    "bare": test_faults.test_an_address_wider_than_the_physical_one_is_an_access_fault_where_nothing_translates,
    "capacity": test_tlb.test_eight_pages_fit_and_the_oldest_makes_room,
    "dirty": lambda player: test_faults.test_a_leaf_with_d_clear_faults_stores_alone(player, at_vsatp, 0),
    "fence": lambda player: test_tlb.test_an_entry_that_has_changed_is_seen_after_a_fence(player, at_satp),
    "fence_all": test_tlb.test_a_fence_forgets_every_page,
    "forgiven": test_tlb.test_a_fault_is_not_remembered,
    "g_mxr": lambda player: test_permissions.test_mxr_makes_what_is_executable_readable(player, at_hgatp),
    "g_users": lambda player: test_permissions.test_the_g_stage_takes_everyone_for_a_user(player, False),
    "grown": test_tlb.test_a_page_that_permits_more_than_before_stays_in_its_place,
    "guest": lambda player: test_faults.test_an_invalid_leaf_faults(player, at_hgatp, 0),
    "guest_mxr": lambda player: test_permissions.test_mxr_makes_what_is_executable_readable(player, at_vsatp),
    "guest_sum": lambda player: test_permissions.test_a_users_page_takes_no_supervisor_without_sum(player, at_vsatp),
    "halves": lambda player: test_faults.test_addresses_of_both_halves_are_translated(player, ("satp",)),
    "hlvx": lambda player: test_permissions.test_hlvx_needs_x_at_both_stages_and_r_at_none(player, VU_MODE),
    "host": test_permissions.test_a_host_has_one_stage,
    "last_level": lambda player: test_faults.test_a_pointer_at_the_last_level_faults(player, at_satp),
    "m_mode": test_tlb.test_m_mode_asks_nobody,
    "mxr": lambda player: test_permissions.test_mxr_makes_what_is_executable_readable(player, at_satp),
    "new_hgatp": lambda player: test_tlb.test_a_new_root_or_identifier_forgets_at_once(player, "hgatp", "identifier"),
    "new_satp": lambda player: test_tlb.test_a_new_root_or_identifier_forgets_at_once(player, "satp", "identifier"),
    "new_vsatp": lambda player: test_tlb.test_a_new_root_or_identifier_forgets_at_once(player, "vsatp", "root"),
    "nowhere": lambda player: test_faults.test_a_table_where_there_is_no_memory_is_an_access_fault(player, at_satp, 1),
    "pointers": lambda player: test_faults.test_reserved_bits_in_a_pointer_fault(player, at_satp, 1),
    "quarters": test_faults.test_the_two_highest_bits_of_a_guests_address_choose_among_four_root_pages,
    "reserved": lambda player: test_faults.test_reserved_bits_in_a_leaf_fault(player, at_satp, 0),
    "rights": lambda player: test_permissions.test_r_w_and_x_permit_loads_stores_and_fetches(player, at_satp, 0),
    "second_access": test_tlb.test_a_second_access_to_a_page_takes_no_cycle_and_reads_nothing,
    "signs": lambda player: test_faults.test_an_address_that_is_not_sign_extended_is_a_page_fault(player, at_satp),
    "sizes": sizes,
    "sum": lambda player: test_permissions.test_a_users_page_takes_no_supervisor_without_sum(player, at_satp),
    "table_hlvx": test_permissions.test_hlvx_reads_the_tables_with_permission_to_read,
    "table_mxr": lambda player: test_permissions.test_mxr_makes_what_is_executable_readable(
        player, at_hgatp_for_a_table
    ),
    "table_rights": lambda player: test_permissions.test_r_w_and_x_permit_loads_stores_and_fetches(
        player, at_hgatp_for_a_table, 0
    ),
    "two_spaces": test_tlb.test_a_guests_address_is_not_the_hosts,
    "users": lambda player: test_permissions.test_a_supervisors_page_takes_no_user(player, at_satp),
    "valid": lambda player: test_faults.test_an_invalid_leaf_faults(player, at_satp, 0),
    "w_without_r": lambda player: test_faults.test_w_without_r_is_reserved(player, at_satp, 0),
    "warm_rights": lambda player: test_tlb.test_a_load_does_not_open_the_page_to_fetches_and_hlvx(player, "guest"),
    "warm_user": lambda player: test_tlb.test_what_a_user_has_opened_stays_closed_to_a_supervisor(
        player, (U_MODE, S_MODE)
    ),
    "whole": lambda player: test_faults.test_a_whole_path_leads_to_the_target(player, at_hgatp, 0),
    "wide": test_faults.test_an_address_wider_than_41_bits_is_a_guest_page_fault_with_vsatp_bare,
}


def test_every_check_is_for_a_fault_and_passes_without_one(player):
    assert {fault.check for fault in FAULTS.values()} == CHECKS.keys()
    for check in CHECKS.values():
        check(player)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_translation_is_caught(player_of, tmp_path, name):
    player = player_of(text=faulty_verilog(FAULTS[name], tmp_path))
    with pytest.raises(AssertionError):
        CHECKS[FAULTS[name].check](player)
